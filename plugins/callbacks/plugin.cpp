#include "pipeline/plugin.h"

PIPELINE_PLUGIN("callbacks", "1.0");
