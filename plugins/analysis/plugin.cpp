#include "pipeline/plugin.h"

PIPELINE_PLUGIN("analysis", "1.0");
