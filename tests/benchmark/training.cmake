pipeline_benchmark(training_epochs SOURCES training_epochs.cpp LIBRARIES pipeline::config pipeline::testing)
pipeline_benchmark(kernel_roofline SOURCES kernel_roofline.cpp LIBRARIES pipeline::nn)
