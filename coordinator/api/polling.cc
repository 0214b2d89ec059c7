#include "coordinator/api/polling.h"

#include "coordinator/core/names.h"

namespace baton::api {

absl::StatusOr<engine::PollerSpec> unary_poller(core::TaskKind kind, const std::string& domain, const v1::TaskList& task_list,
                                                const std::string& identity) {
  if (absl::Status s = core::check_name("domain", domain); !s.ok()) return s;
  if (absl::Status s = core::check_task_list("task_list", task_list); !s.ok()) return s;
  if (absl::Status s = core::check_text("identity", identity, core::kMaxIdentityChars); !s.ok()) return s;
  engine::PollerSpec spec;
  spec.kind = kind;
  spec.domain = domain;
  spec.task_list = task_list.name();
  spec.identity = identity;
  spec.unary = true;
  return spec;
}

void count_pending(const Backend& backend, core::TaskKind kind, const std::string& domain, const v1::TaskList& task_list,
                   engine::Done<int64_t> done) {
  if (absl::Status s = core::check_name("domain", domain); !s.ok()) return done(s);
  if (absl::Status s = core::check_task_list("task_list", task_list); !s.ok()) return done(s);
  require_domain(backend, domain, [&backend, key = store::Store::ListKey{kind, domain, task_list.name()}, done](const absl::Status& exists) {
    if (!exists.ok()) return done(exists);
    backend.engine.count_pending(key, kMaxPendingCount + 1, done);
  });
}

}  // namespace baton::api
