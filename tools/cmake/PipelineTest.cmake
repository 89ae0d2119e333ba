# pipeline_test(NAME SOURCES file… [LINK library…]) makes a Catch2 program and gives each of its test
# cases to ctest. Cases tagged [slow] get the label `slow`. Tests run in the build folder with
# PIPELINE_PLUGIN_DIR, PIPELINE_BINARY and PIPELINE_SOURCE_DIR in their environment.
function(pipeline_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  find_package(Catch2 2 REQUIRED)
  include(Catch)
  # In this tree the built plugins and program, else the installed ones.
  if(PIPELINE_PLUGIN_OUTPUT)
    set(plugins ${PIPELINE_PLUGIN_OUTPUT})
    set(binary ${CMAKE_BINARY_DIR}/bin/pipeline)
  else()
    set(plugins ${PIPELINE_INSTALLED_PLUGINS})
    set(binary ${PIPELINE_INSTALLED_BIN}/pipeline)
  endif()
  if(NOT TARGET catch_main)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/catch_main.cpp @ONLY CONTENT [[
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdlib>
// What is set already counts: a test can be pointed at another program by hand.
int main(int argc, char** argv) {
  setenv("PIPELINE_PLUGIN_DIR", "@plugins@", 0);
  setenv("PIPELINE_BINARY", "@binary@", 0);
  setenv("PIPELINE_SOURCE_DIR", "@CMAKE_SOURCE_DIR@", 0);
  return Catch::Session().run(argc, argv);
}
]])
    add_library(catch_main STATIC ${CMAKE_BINARY_DIR}/catch_main.cpp)
    target_link_libraries(catch_main PUBLIC Catch2::Catch2)
  endif()
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES CXX_STANDARD 20 CXX_EXTENSIONS OFF
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE catch_main ${arg_LINK})
  set(environment)
  set(suppressions ${CMAKE_SOURCE_DIR}/tests/tsan.supp)
  if(PIPELINE_SANITIZE MATCHES "thread" AND EXISTS ${suppressions})
    set(environment ENVIRONMENT TSAN_OPTIONS=suppressions=${suppressions})
  endif()
  catch_discover_tests(${name} TEST_SPEC "~[slow]" TEST_PREFIX "${name}: "
    PROPERTIES ${environment} TIMEOUT 120 DISCOVERY_TIMEOUT 60)
  catch_discover_tests(${name} TEST_SPEC "[slow]" TEST_PREFIX "${name} (slow): " TEST_LIST ${name}_slow_TESTS
    PROPERTIES ${environment} LABELS slow TIMEOUT 1800 DISCOVERY_TIMEOUT 60)
endfunction()
