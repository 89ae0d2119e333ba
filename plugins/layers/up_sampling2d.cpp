#include "up_sampling2d.h"

#include "pipeline/plugin.h"

PIPELINE_COMPONENT("up_sampling2d", pipeline::layers::UpSampling2d);
