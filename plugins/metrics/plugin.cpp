#include "pipeline/plugin.h"

PIPELINE_PLUGIN("metrics", "1.0");
