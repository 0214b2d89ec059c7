// What a store holds of one run, as a test reads it once everything is over.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "baton/journal/v1/record.pb.h"
#include "coordinator/store/store.h"

namespace baton::testing {

struct StoredRun {
  store::ExecutionRecord execution;
  std::vector<store::JournalRow> rows;
  std::vector<journal::v1::Record> records;  // of all rows; those of a row that cannot be parsed are missing

  std::string name() const { return execution.workflow_id + " (run " + execution.run.run_id.to_text() + ")"; }
  // Event n at place n - 1. Valid as long as this object stays where it is.
  std::vector<const journal::v1::Event*> events() const;
};

// Every run of every domain that the registry has, in order of its id. Failures to read are GoogleTest failures.
std::vector<StoredRun> read_runs(store::Store& store);

// The events' kinds in short: "WorkflowExecutionStarted, DecisionTaskScheduled, …".
std::string event_names(const StoredRun& run);

}  // namespace baton::testing
