# pipeline_plugin(NAME [LINK library…]) makes a plugin of the *.cpp in the calling folder, and, where
# it has a folder tests/, a test program of the *.cpp there that has the plugin's code linked in.
# Works alike in this tree and in a project that uses the installed package.
function(pipeline_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(${name}_objects OBJECT ${sources})
  set_target_properties(${name}_objects PROPERTIES POSITION_INDEPENDENT_CODE ON
    CXX_STANDARD 20 CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${name}_objects PRIVATE -ffp-contract=off)
  target_link_libraries(${name}_objects PUBLIC pipeline::sdk ${arg_LINK})
  target_include_directories(${name}_objects PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})

  # The build id stands for the code in the cache's keys.
  add_library(${name} MODULE)
  target_link_libraries(${name} PRIVATE ${name}_objects)
  target_link_options(${name} PRIVATE -Wl,--build-id=sha1)
  set_target_properties(${name} PROPERTIES PREFIX "")
  set_property(GLOBAL APPEND PROPERTY PIPELINE_PLUGINS ${name})
  if(PIPELINE_PLUGIN_OUTPUT)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PIPELINE_PLUGIN_OUTPUT}
      INSTALL_RPATH "$ORIGIN/../..")
    install(TARGETS ${name} LIBRARY DESTINATION ${PIPELINE_PLUGIN_INSTALL})
  endif()

  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/tests/*.cpp)
  if(tests)
    pipeline_test(${name}_tests SOURCES ${tests} LINK ${name}_objects pipeline::testing)
  endif()
endfunction()
