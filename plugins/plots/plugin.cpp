#include "pipeline/plugin.h"

PIPELINE_PLUGIN("plots", "1.0");
