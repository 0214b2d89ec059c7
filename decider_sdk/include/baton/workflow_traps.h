// Traps: a clock, thread or random device that workflow code uses, found when it is used.
//
// They are in what links Baton::testing, in what links Baton::decider in CMake's configuration Debug,
// and in what links Baton::traps (pkg-config baton-traps). While workflow code runs, what is listed
// below is caught, and the decision task fails with the reason NONDETERMINISTIC_CALL, which names the
// call and what to take instead. The execution is not harmed. In the test kit, run() throws it as
// DecisionFailed. Everywhere else in the program, in activities, in functions of the plain level and
// inside of wf.side_effect() and wf.log(), the calls do what they always do.
//
//   caught                                                          instead
//   std::chrono::…_clock::now(), clock_gettime(), gettimeofday(),   wf.now()
//     time(), clock(), timespec_get()
//   std::this_thread::sleep_for(), sleep_until(), nanosleep(),      wf.sleep()
//     clock_nanosleep(), sleep(), usleep(): they do not wait
//   std::thread, std::jthread, std::async(), pthread_create(),      wf.spawn(), wf.all()
//     thrd_create(): no thread is made, they fail with EAGAIN
//   std::random_device, getrandom(), getentropy(), rand(), random() wf.random(), wf.uuid()
//
// The traps stand in place of these functions of the C and C++ libraries and call them in their turn.
// That needs glibc, linked dynamically: a program that links it statically ends at its first such
// call and says so. With libstdc++ linked statically std::random_device is not caught; without glibc,
// and where a compiler says by __has_feature that an address or thread sanitizer stands there itself,
// nothing is. Never caught: the coarse clocks, which allocators read, files, sockets and the
// environment, locks, the order of pointers and of what is hashed by them, processor instructions.
#pragma once

namespace baton {

namespace detail {
class WorkflowCode;
}

// While there is one, calls of workflow code on this thread are not caught: for what cannot reach a
// decision, such as the time stamps of a logger of one's own. Not for use across co_await.
class AllowNondeterminism {
 public:
  AllowNondeterminism();
  ~AllowNondeterminism();
  AllowNondeterminism(const AllowNondeterminism&) = delete;
  AllowNondeterminism& operator=(const AllowNondeterminism&) = delete;

 private:
  detail::WorkflowCode* const suspended_;
};

}  // namespace baton
