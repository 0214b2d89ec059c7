// What the programs here have in common.
#pragma once

#include <baton/activity.h>
#include <baton/workflow_type.h>

#include <string>

inline constexpr baton::Activity<std::string(std::string)> greet{"greet", "1"};
inline constexpr baton::WorkflowType<std::string(std::string)> welcome{"welcome", "1"};

inline constexpr char kDomain[] = "greetings";
inline constexpr char kDecisions[] = "greeting-decisions";
inline constexpr char kActivities[] = "greeting-activities";
