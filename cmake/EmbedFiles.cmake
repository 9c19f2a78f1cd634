# gatehouse_embed(<output.cpp> <namespace::function> <file>...)
#
# Writes a source file that defines `std::span<const gatehouse::EmbeddedFile> <namespace::function>()`, declared in
# base/embedded_file.hpp. It returns the path of each file relative to the source tree, and its text, so the program needs no
# files beside it.
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

# gatehouse_bundle_description(<output.yaml> <openapi.yaml>): writes the API description as one document, including the path items that
# are in separate files, in paths/ beside it.
function(gatehouse_bundle_description output input)
  set(generator "${CMAKE_SOURCE_DIR}/cmake/bundle_description.cmake")
  cmake_path(GET input PARENT_PATH folder)
  file(GLOB path_files CONFIGURE_DEPENDS "${folder}/paths/*.yaml")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DINPUT=${input} -P "${generator}"
    DEPENDS "${input}" ${path_files} "${generator}"
    VERBATIM)
endfunction()

# gatehouse_front_code(<output.cpp> <namespace::function> <words.txt>): defines `FrontCodedWords <namespace::function>()`, declared in
# passwords/front_coded_words.hpp, from the words in the file, one per line and sorted. The generator runs while the program is built,
# so it has no sanitizers.
add_executable(front_code EXCLUDE_FROM_ALL "${CMAKE_SOURCE_DIR}/cmake/front_code.cpp")
target_compile_options(front_code PRIVATE -fno-sanitize=all)
function(gatehouse_front_code output function words)
  add_custom_command(
    OUTPUT "${output}"
    COMMAND front_code "${words}" "${output}" ${function}
    DEPENDS front_code "${words}"
    VERBATIM)
endfunction()
