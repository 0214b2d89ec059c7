// The workflow of one nightly deployment test.
#pragma once

#include <baton/workflow.h>

#include "nightly.h"

namespace nightly {

// Provisions, deploys, starts, waits until healthy, checks, collects the report, and always tears down. Ends as failed with one of the
// reasons "deploy failed", "start failed", "not healthy", "checks failed" and the report, or as canceled when someone asked for that.
baton::Task<Report> test_one_deployment(baton::Workflow wf, Service service);

}  // namespace nightly
