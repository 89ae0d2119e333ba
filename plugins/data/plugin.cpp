#include "pipeline/plugin.h"

PIPELINE_PLUGIN("data", "1.0");
