// The workflow code, for its decider and for its test.
#pragma once

#include <baton/workflow.h>

#include "greetings.h"

inline baton::Task<std::string> welcome_code(baton::Workflow wf, std::string name) {
  auto greeting = wf.schedule(greet, name);
  co_return co_await greeting;
}
