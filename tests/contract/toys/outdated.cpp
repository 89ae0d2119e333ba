// A plugin built against the SDK's version 1.
#include "pipeline/plugin.h"

extern "C" __attribute__((visibility("default")))
const pipeline::PluginDescriptor pipeline_plugin = {pipeline::kPluginMagic,
                                                    1,
                                                    sizeof(pipeline::PluginDescriptor),
                                                    pipeline::kToolchain,
                                                    "outdated",
                                                    "0.1",
                                                    &pipeline::detail::component_list};
