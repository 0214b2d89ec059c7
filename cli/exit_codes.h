// What the exit code of `baton` means; also in `baton --help`.
#pragma once

namespace baton::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;       // the request was refused: surely not applied
inline constexpr int kExitUsage = 2;        // the command line is wrong
inline constexpr int kExitNotFound = 3;     // no such domain, type or execution
inline constexpr int kExitUnavailable = 4;  // the coordinator or its database cannot be reached: maybe applied

}  // namespace baton::cli
