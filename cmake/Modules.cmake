# gatehouse_batch(<variable> <name>): puts files that include batch_size sources each in the place of the sources in the variable.
# Sixteen take little more than half of the processor time that eight take, and whole folders a tenth less than sixteen, but are slow where
# one source has changed.
#
# Most of a compiler's work is the same for every source of a folder: it reads headers and instantiates templates. It also makes them
# smaller when it sees them together (ADR 46). Used in tests, in every module of a sanitizer's build, and with GATEHOUSE_BATCHES, which a
# release has, in every module. Names in anonymous namespaces must differ within a batch, so they have to differ within a folder. This is
# not CMake's UNITY_BUILD, because its files name the folder of the clone, and no other clone would find them in the compiler cache.
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

# gatehouse_take_batches(<target>): GCC takes an included file for a header, which should have no type of one file only; in a batch each
# source is included. The more it sees at once, the more often it takes a std::string for one that lies within itself (GCC bug 105651).
function(gatehouse_take_batches target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage -Wno-array-bounds -Wno-stringop-overflow)
  endif()
endfunction()

# gatehouse_module(<folder> [FLAT] [FOR_SIZE] [USES <folder>...] [LINKS <library>...])
#
# One static library per folder of src/, with what its subfolders hold; FLAT leaves the subfolders to modules of their own. FOR_SIZE is
# for modules that a check of a session or token spends next to nothing in: a release has them as small as they can be (ADR 45).
# USES names the folders it may include, so the link line is the architecture; tests/architecture checks that the #include
# lines say the same. tests/unit/<folder>/, where there is one, is its test program.
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

# gatehouse_precompile(<target>): Asio's headers, compiled once for every target that speaks it, and once more for those compiled for size,
# by the first of these.
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

# gatehouse_feature(<folder> [<folder it may use>...]): a module over the database that knows no other feature. flows/ and jobs/ use
# every one.
macro(gatehouse_feature folder)
  gatehouse_module(${folder} USES database ${ARGN})
  list(APPEND features ${folder})
endmacro()
