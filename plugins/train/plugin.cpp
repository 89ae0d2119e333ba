#include "pipeline/plugin.h"

PIPELINE_PLUGIN("train", "1.0");
