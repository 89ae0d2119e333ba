#include "pipeline/plugin.h"

PIPELINE_PLUGIN("optimizers", "1.0");
