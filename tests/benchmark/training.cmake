pipeline_benchmark(training_epochs SOURCES training_epochs.cpp LIBRARIES pipeline::config pipeline::testing)
pipeline_benchmark(training_parts SOURCES training_parts.cpp LIBRARIES pipeline::config pipeline::testing pipeline::nn)
pipeline_benchmark(kernel_roofline SOURCES kernel_roofline.cpp LIBRARIES pipeline::nn)
