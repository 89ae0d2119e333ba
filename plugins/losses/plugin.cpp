#include "pipeline/plugin.h"

PIPELINE_PLUGIN("losses", "1.0");
