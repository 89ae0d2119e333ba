# Compiler and linker settings of everything in this tree.

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Equal sources give equal binaries in any folder: build ids are part of the cache's keys.
add_compile_options(-Wall -Wextra -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
                    -ffile-prefix-map=${CMAKE_BINARY_DIR}=build)
add_link_options(-Wl,--build-id=sha1)
# The same bits on every machine: no contraction but where a kernel asks for it by name.
add_compile_options(-ffp-contract=off)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(PIPELINE_PLUGIN_OUTPUT ${CMAKE_BINARY_DIR}/lib/pipeline/plugins)
set(PIPELINE_PLUGIN_INSTALL ${CMAKE_INSTALL_LIBDIR}/pipeline/plugins)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
set(CMAKE_INSTALL_RPATH $ORIGIN/../${CMAKE_INSTALL_LIBDIR} $ORIGIN $ORIGIN/../..)

set(PIPELINE_SANITIZE "" CACHE STRING "address,undefined or thread: build with these sanitizers")
if(PIPELINE_SANITIZE)
  add_compile_options(-fsanitize=${PIPELINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PIPELINE_SANITIZE})
endif()

option(PIPELINE_FUZZ "build the targets of tests/fuzz for libFuzzer; needs clang (see tools/fuzz)" OFF)
if(PIPELINE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link -O1)
endif()
