pipeline_benchmark(tool_store SOURCES tool_store.cpp LIBRARIES pipeline::cache pipeline::sdk)
