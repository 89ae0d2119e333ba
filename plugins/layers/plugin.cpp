#include "pipeline/plugin.h"

PIPELINE_PLUGIN("layers", "1.0");
