#include "pipeline/plugin.h"

PIPELINE_PLUGIN("models", "1.0");
