#include "up_sampling2d.h"

#include "pipeline/plugin.h"

PIPELINE_COMPONENT("up_sampling2d", pipeline::nn::UpSampling2d);
