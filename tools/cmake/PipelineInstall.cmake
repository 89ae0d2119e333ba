# What `cmake --install` lays out: the program, its libraries, plugins and pipelines, and a package
# with which a plugin is built outside this tree (find_package(pipeline), pipeline_plugin(…)).
include(CMakePackageConfigHelpers)

install(TARGETS pipeline RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS pipeline_sdk pipeline_nn pipeline_testing EXPORT pipeline
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY framework/sdk/include/ framework/nn/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY pipelines DESTINATION ${CMAKE_INSTALL_DATADIR}/pipeline)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/pipeline)
install(EXPORT pipeline NAMESPACE pipeline:: DESTINATION ${package_folder} FILE pipelineTargets.cmake)
configure_package_config_file(tools/cmake/pipelineConfig.cmake.in
  ${CMAKE_BINARY_DIR}/pipelineConfig.cmake INSTALL_DESTINATION ${package_folder}
  PATH_VARS PIPELINE_PLUGIN_INSTALL CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/pipelineConfigVersion.cmake
  COMPATIBILITY ExactVersion)
install(FILES ${CMAKE_BINARY_DIR}/pipelineConfig.cmake ${CMAKE_BINARY_DIR}/pipelineConfigVersion.cmake
  tools/cmake/PipelinePlugin.cmake tools/cmake/PipelineTest.cmake DESTINATION ${package_folder})
