# gatehouse_batch(<variable> <name>): replaces the sources in the variable by files that each include batch_size of them. Sixteen take
# little more than half of the processor time that eight take, and whole folders take a tenth less than sixteen, but larger batches are slow
# to build when one source has changed.
#
# Most of a compiler's work is the same for every source of a folder: it reads headers and instantiates templates. The code also becomes
# smaller when the compiler sees the sources together (ADR 46). Batches are used in tests, in every module of a sanitizer build, and in
# every module with GATEHOUSE_BATCHES, which a release has. Names in anonymous namespaces must differ within a batch, so they have to differ
# within a folder. This is not CMake's UNITY_BUILD, because its files name the folder of the clone, and no other clone would find them in
# the compiler cache.
set(batch_size 8)
if(GATEHOUSE_SANITIZE OR GATEHOUSE_BATCHES)
  set(batch_size 48)
endif()
function(gatehouse_batch variable name)
  set(lines "")
  foreach(source IN LISTS ${variable})
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
    list(APPEND lines "#include \"${source}\"\n")
  endforeach()
  set(batches "")
  set(begin 0)
  list(LENGTH lines count)
  while(begin LESS count)
    list(SUBLIST lines ${begin} ${batch_size} batch)
    list(JOIN batch "" text)
    set(file "${CMAKE_CURRENT_BINARY_DIR}/batches/${name}_${begin}.cpp")
    file(CONFIGURE OUTPUT "${file}" CONTENT "${text}" @ONLY)
    list(APPEND batches "${file}")
    math(EXPR begin "${begin} + ${batch_size}")
  endwhile()
  set(${variable} ${batches} PARENT_SCOPE)
endfunction()

# gatehouse_take_batches(<target>): turns off warnings that GCC gives falsely in batches. It takes each included source for a header, in
# which no type should be local to one file. The more it sees at once, the more often it thinks that a std::string overlaps itself (GCC bug
# 105651).
function(gatehouse_take_batches target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage -Wno-array-bounds -Wno-stringop-overflow)
  endif()
endfunction()

# gatehouse_module(<folder> [FLAT] [FOR_SIZE] [USES <folder>...] [LINKS <library>...])
#
# One static library per folder of src/, including its subfolders; with FLAT, the subfolders are separate modules. FOR_SIZE is for modules
# in which a check of a session or token spends next to no time: a release compiles them for size (ADR 45).
# USES names the folders that the module may include, so the link line is the architecture; tests/architecture checks that the #include
# lines say the same. tests/unit/<folder>/, if it exists, becomes its test program.
function(gatehouse_module folder)
  cmake_parse_arguments(module "FLAT;FOR_SIZE" "" "USES;LINKS" ${ARGN})
  set_property(GLOBAL APPEND PROPERTY GATEHOUSE_MODULES "${folder}")
  if(module_FLAT)
    set_property(GLOBAL APPEND PROPERTY GATEHOUSE_FLAT_MODULES "${folder}")
  endif()
  string(REPLACE "/" "_" name "${folder}")
  set(glob GLOB_RECURSE)
  if(module_FLAT)
    set(glob GLOB)
  endif()
  file(${glob} sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp")
  set(is_batched OFF)
  if(GATEHOUSE_SANITIZE OR GATEHOUSE_BATCHES)
    set(is_batched ON)
    gatehouse_batch(sources ${name})
  endif()
  list(TRANSFORM module_USES REPLACE "/" "_")
  list(TRANSFORM module_USES PREPEND "gatehouse_")
  if(sources)
    add_library(gatehouse_${name} STATIC ${sources})
    if(is_batched)
      gatehouse_take_batches(gatehouse_${name})
    endif()
    if(module_FOR_SIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
      target_compile_options(gatehouse_${name} PRIVATE -Os)
    endif()
    target_include_directories(gatehouse_${name} SYSTEM PUBLIC ${Boost_INCLUDE_DIRS})
    target_include_directories(gatehouse_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(gatehouse_${name} PUBLIC ${module_USES} ${module_LINKS})
  else()
    add_library(gatehouse_${name} INTERFACE)
    target_include_directories(gatehouse_${name} INTERFACE "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(gatehouse_${name} INTERFACE ${module_USES} ${module_LINKS})
  endif()
endfunction()

# gatehouse_precompile(<target>): precompiles Asio's headers once for all targets that use them, and once more, in the first target that is
# compiled for size, for all of those.
function(gatehouse_precompile target)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    return()
  endif()
  set(owner gatehouse_runtime)
  get_target_property(options ${target} COMPILE_OPTIONS)
  if("-Os" IN_LIST options)
    get_property(owner GLOBAL PROPERTY GATEHOUSE_PRECOMPILED_FOR_SIZE)
    if(NOT owner)
      set_property(GLOBAL PROPERTY GATEHOUSE_PRECOMPILED_FOR_SIZE ${target})
      set(owner ${target})
    endif()
  endif()
  if(owner STREQUAL target)
    target_precompile_headers(${target} PRIVATE <runtime/precompiled.hpp>)
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# gatehouse_feature(<folder> [<folder it may use>...]): a module on top of the database that uses no other feature. flows/ and jobs/ use
# all features.
macro(gatehouse_feature folder)
  gatehouse_module(${folder} USES database ${ARGN})
  list(APPEND features ${folder})
endmacro()
