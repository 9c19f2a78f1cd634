# gatehouse_embed(<output.cpp> <namespace::function> <file>...)
#
# Writes a source file that defines `std::span<const gatehouse::EmbeddedFile> <namespace::function>()`, declared in
# base/embedded_file.hpp: of each file its path relative to the source tree and its text. The program needs no files
# beside it.
function(gatehouse_embed output function)
  set(generator "${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake")
  string(REPLACE ";" "|" files "${ARGN}")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFUNCTION=${function} "-DFILES=${files}" -DROOT=${CMAKE_SOURCE_DIR}
            -P "${generator}"
    DEPENDS ${ARGN} "${generator}"
    VERBATIM)
endfunction()
