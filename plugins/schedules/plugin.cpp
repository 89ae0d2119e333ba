#include "pipeline/plugin.h"

PIPELINE_PLUGIN("schedules", "1.0");
