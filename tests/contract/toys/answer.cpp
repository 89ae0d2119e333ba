// What toy.loads loads.
extern "C" __attribute__((visibility("default"))) int answer() { return 42; }
