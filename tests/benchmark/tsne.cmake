pipeline_benchmark(tsne_map SOURCES tsne_map.cpp LIBRARIES tsne_objects pipeline::testing)
pipeline_benchmark(tsne_kl SOURCES tsne_kl.cpp)
set_source_files_properties(tsne_kl.cpp PROPERTIES COMPILE_OPTIONS "-O3;-march=native;-ffast-math")
