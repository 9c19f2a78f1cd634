# gatehouse_embed(<output.cpp> <header> <namespace::variable> <file>...)
#
# Writes a source file that defines `const std::vector<gatehouse::EmbeddedFile> <variable>`, each entry a file's path
# relative to the source tree and its text. The program needs no files beside it.
function(gatehouse_embed output variable)
  set(generator "${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake")
  string(REPLACE ";" "|" files "${ARGN}")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DVARIABLE=${variable} "-DFILES=${files}" -DROOT=${CMAKE_SOURCE_DIR}
            -P "${generator}"
    DEPENDS ${ARGN} "${generator}"
    VERBATIM)
endfunction()
