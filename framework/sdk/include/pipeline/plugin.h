#pragma once
#include <cstdint>
#include <memory>
#include <type_traits>

#include "pipeline/stage.h"

namespace pipeline {

/// Raised whenever a class or function of these headers changes its binary form.
inline constexpr std::uint32_t kSdkVersion = 6;

/// A component as a plugin's descriptor lists it.
struct ComponentEntry {
  const char* kind;
  const char* id;
  std::unique_ptr<Component> (*make)();
  const ComponentEntry* next;
};

/// The one symbol that a plugin exports, `pipeline_plugin`. The host reads the first four members,
/// whose places never change, before it believes anything else.
struct PluginDescriptor {
  std::uint64_t magic;        ///< kPluginMagic
  std::uint32_t sdk_version;  ///< kSdkVersion
  std::uint32_t size;         ///< of this struct
  const char* toolchain;      ///< kToolchain: compiler, ABI and standard library
  const char* name;
  const char* version;
  const ComponentEntry* const* components;  ///< head of the list
};

inline constexpr std::uint64_t kPluginMagic = 0x6e6967756c502e50;  // "P.Plugin"

#define PIPELINE_STRING_(x) #x
#define PIPELINE_STRING(x) PIPELINE_STRING_(x)
/// What two binaries have to share for C++ objects to pass between them.
inline constexpr const char* kToolchain =
    "GCC " PIPELINE_STRING(__GNUC__) ", C++ ABI " PIPELINE_STRING(__GXX_ABI_VERSION)
#ifdef __GLIBCXX__
        ", libstdc++ " PIPELINE_STRING(_GLIBCXX_RELEASE) ", string ABI " PIPELINE_STRING(
            _GLIBCXX_USE_CXX11_ABI)
#endif
#ifdef __SANITIZE_ADDRESS__
            ", address sanitizer"
#endif
#ifdef __SANITIZE_THREAD__
            ", thread sanitizer"
#endif
    ;

namespace detail {
/// One list a shared library: hidden, so that plugins do not see each other's.
__attribute__((visibility("hidden"))) inline const ComponentEntry* component_list = nullptr;

template <class T>
struct __attribute__((visibility("hidden"))) Registration {
  explicit Registration(const char* id)
      : entry{T::kKind, id, [] { return std::unique_ptr<Component>(std::make_unique<T>()); },
              component_list} {
    component_list = &entry;
  }
  ComponentEntry entry;
};
}  // namespace detail

}  // namespace pipeline

#define PIPELINE_JOIN_(a, b) a##b
#define PIPELINE_JOIN(a, b) PIPELINE_JOIN_(a, b)

/// At the end of a .cpp, outside any namespace: `PIPELINE_COMPONENT("noise.masking",
/// MaskingNoise);` registers the class (default-constructible, of a kind) under the id.
#define PIPELINE_COMPONENT(id, ...)                                                       \
  static ::pipeline::detail::Registration<__VA_ARGS__> PIPELINE_JOIN(pipeline_component_, \
                                                                     __COUNTER__)(id)

/// Once a plugin, outside any namespace: `PIPELINE_PLUGIN("noise", "1.0");`
#define PIPELINE_PLUGIN(name, version)                                                        \
  extern "C" __attribute__((visibility("default")))                                           \
  const ::pipeline::PluginDescriptor pipeline_plugin;                                         \
  const ::pipeline::PluginDescriptor pipeline_plugin = {::pipeline::kPluginMagic,             \
                                                        ::pipeline::kSdkVersion,              \
                                                        sizeof(::pipeline::PluginDescriptor), \
                                                        ::pipeline::kToolchain,               \
                                                        name,                                 \
                                                        version,                              \
                                                        &::pipeline::detail::component_list}
