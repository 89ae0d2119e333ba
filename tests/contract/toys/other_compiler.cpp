// A plugin built with a compiler whose C++ objects are not ours.
#include "pipeline/plugin.h"

extern "C" __attribute__((visibility("default")))
const pipeline::PluginDescriptor pipeline_plugin = {pipeline::kPluginMagic,
                                                    pipeline::kSdkVersion,
                                                    sizeof(pipeline::PluginDescriptor),
                                                    "GCC 4, C++ ABI 1002",
                                                    "other_compiler",
                                                    "1.0",
                                                    &pipeline::detail::component_list};
