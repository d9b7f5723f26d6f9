#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <asio/error_code.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>

/// Coroutines of one event loop, for which a want of memory is an exception like another: Asio's own post in
/// a destructor, and end the process where that fails.
namespace flow::mock {

/// The executor of a loop, whose operations take their memory from whom they belong to.
using LoopExecutor = asio::io_context::executor_type;

/// What a Task<T> leaves for whoever awaits it.
template <typename T> class TaskOutcome {
public:
  void return_value(T value) { value_.emplace(std::move(value)); }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }

  T take() {
    if (exception_) {
      std::rethrow_exception(std::exchange(exception_, nullptr));
    }
    return *std::move(value_);
  }

private:
  std::optional<T> value_;
  std::exception_ptr exception_;
};

template <> class TaskOutcome<void> {
public:
  void return_void() noexcept {}
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }

  void take() {
    if (exception_) {
      std::rethrow_exception(std::exchange(exception_, nullptr));
    }
  }

private:
  std::exception_ptr exception_;
};

/// A coroutine that begins when it is awaited, by one other and once, or spawned (below). It is resumed by
/// the thread of its loop only. What it waits for may not be taken away from under it: a loop runs until all
/// its coroutines have ended.
template <typename T = void> class [[nodiscard]] Task {
public:
  // NOLINTNEXTLINE(readability-identifier-naming): the language's name
  struct promise_type : TaskOutcome<T> {
    /// Goes on with who waits for it.
    struct End {
      bool is_detached;

      bool await_ready() const noexcept { return is_detached; } // then the frame goes by itself
      void await_suspend(std::coroutine_handle<promise_type> ended) const noexcept {
        if (const std::coroutine_handle<> waiting = ended.promise().waiting) {
          waiting.resume(); // takes the frame down: nothing of it may be used from here on
        }
      }
      void await_resume() const noexcept {}
    };

    Task get_return_object() noexcept {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    End final_suspend() const noexcept { return {is_detached}; }

    std::coroutine_handle<> waiting; ///< null: nobody, or it has not been suspended
    bool is_detached = false;
  };

  Task(Task &&other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task &operator=(Task &&) = delete;
  ~Task() {
    if (frame_) {
      frame_.destroy();
    }
  }

  bool await_ready() const noexcept { return false; }
  /// Runs it until it first waits, without the compiler's transfer from one coroutine to the next, which
  /// takes stack where nothing is optimised: one that does not wait at all has then never suspended its
  /// caller.
  bool await_suspend(std::coroutine_handle<> waiting) noexcept {
    frame_.resume();
    if (frame_.done()) {
      return false;
    }
    frame_.promise().waiting = waiting;
    return true;
  }
  T await_resume() { return frame_.promise().take(); }

  /// Runs it until it first waits; it takes itself down, and what it throws is lost.
  void begin_detached() &&noexcept {
    frame_.promise().is_detached = true;
    std::exchange(frame_, nullptr).resume();
  }

private:
  explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

/// Begins it in the loop's thread; what it throws is lost. Where there is no memory for that, throws
/// std::bad_alloc, and it has not begun.
inline void spawn(const LoopExecutor &loop, Task<void> task) {
  asio::post(loop, [task = std::move(task)]() mutable { std::move(task).begin_detached(); });
}

/// Memory for one operation of Asio at a time, within whom it belongs to: to begin it then takes none.
class OperationMemory {
public:
  static constexpr std::size_t kRoom = 256;

  OperationMemory() = default;
  OperationMemory(const OperationMemory &) = delete;
  OperationMemory &operator=(const OperationMemory &) = delete;

  void *take(std::size_t bytes) {
    if (is_taken_ || bytes > kRoom) {
      return ::operator new(bytes);
    }
    is_taken_ = true;
    return room_.data();
  }
  void give_back(void *memory) noexcept {
    if (memory == room_.data()) {
      is_taken_ = false;
    } else {
      ::operator delete(memory);
    }
  }

private:
  alignas(std::max_align_t) std::array<std::byte, kRoom> room_; // not set: it is only lent
  bool is_taken_ = false;
};

/// How Asio is given it.
template <typename T = void> class OperationAllocator {
public:
  using value_type = T; // NOLINT(readability-identifier-naming): as all below, the standard's name

  explicit OperationAllocator(OperationMemory &memory) noexcept : memory_(&memory) {}
  template <typename Other>
  OperationAllocator(const OperationAllocator<Other> &other) noexcept // NOLINT(google-explicit-constructor)
      : memory_(other.memory_) {}

  T *allocate(std::size_t count) {
    static_assert(sizeof(T) <= OperationMemory::kRoom, "OperationMemory has to have room for it");
    return static_cast<T *>(memory_->take(count * sizeof(T)));
  }
  void deallocate(T *memory, std::size_t /*count*/) noexcept { memory_->give_back(memory); }

  template <typename Other> bool operator==(const OperationAllocator<Other> &other) const noexcept {
    return memory_ == other.memory_;
  }

private:
  template <typename Other> friend class OperationAllocator;

  OperationMemory *memory_;
};

/// Has a function, which may not throw, called by a thread of that executor. Needs no memory but that.
template <typename Executor, typename Function>
void post_within(OperationMemory &memory, const Executor &executor, Function function) {
  struct Handler {
    using allocator_type = OperationAllocator<>; // NOLINT(readability-identifier-naming): Asio's name

    allocator_type get_allocator() const noexcept { return allocator_type(*memory); }
    void operator()() noexcept { function(); }

    OperationMemory *memory;
    Function function;
  };
  asio::post(executor, Handler{&memory, std::move(function)});
}

/// What an operation of Asio has come to.
struct Ended {
  asio::error_code error;
  std::size_t bytes = 0;
};

/// Who awaits one, and its memory.
struct AwaitedOperation {
  OperationMemory memory;
  std::coroutine_handle<> waiting;
  Ended ended;
};

/// What Asio calls when it has ended.
class Resumption {
public:
  using allocator_type = OperationAllocator<>; // NOLINT(readability-identifier-naming): Asio's name

  explicit Resumption(AwaitedOperation &operation) noexcept : operation_(&operation) {}
  allocator_type get_allocator() const noexcept { return allocator_type(operation_->memory); }

  void operator()(asio::error_code error = {}, std::size_t bytes = 0) const noexcept {
    operation_->ended = {error, bytes};
    operation_->waiting.resume();
  }

private:
  AwaitedOperation *operation_;
};

/// `co_await Operation(begin)` waits for an operation of Asio in this loop: `begin` is given the Resumption
/// that Asio shall call, and what it throws comes out of the co_await.
template <typename Begin> class [[nodiscard]] Operation {
public:
  explicit Operation(Begin begin) : begin_(std::move(begin)) {}
  Operation(const Operation &) = delete;
  Operation &operator=(const Operation &) = delete;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    operation_.waiting = waiting;
    begin_(Resumption(operation_));
  }
  Ended await_resume() const noexcept { return operation_.ended; }

private:
  Begin begin_;
  AwaitedOperation operation_;
};

// A lambda of a coroutine would be part of its frame, which GCC 12 warns of: so these are made by functions.

/// `co_await until_expired(timer)`: or until it is cancelled.
template <typename Timer> auto until_expired(Timer &timer) {
  return Operation([&timer](Resumption resumption) { timer.async_wait(resumption); });
}

/// `co_await until_readable(socket)`: or until it is closed. Of one that listens, until a client waits.
template <typename Socket> auto until_readable(Socket &socket) {
  return Operation([&socket](Resumption resumption) { socket.async_wait(Socket::wait_read, resumption); });
}

/// `co_await until_writable(socket)`, likewise.
template <typename Socket> auto until_writable(Socket &socket) {
  return Operation([&socket](Resumption resumption) { socket.async_wait(Socket::wait_write, resumption); });
}

/// `co_await other_turns(loop)`: until whatever else the loop has to do by now is done.
inline auto other_turns(const LoopExecutor &loop) {
  return Operation([loop](Resumption resumption) { asio::post(loop, resumption); });
}

/// `co_await OnPool(pool, loop, function, arguments...)` gives what the function returns or throws when a
/// thread of the pool has called it. The loop runs on meanwhile.
template <typename Result, typename... Arguments> class [[nodiscard]] OnPool {
public:
  OnPool(asio::thread_pool &pool, const LoopExecutor &loop, Result (*function)(Arguments &...),
         std::type_identity_t<Arguments> &...arguments)
      : pool_(pool), loop_(loop), function_(function), arguments_(arguments...) {}
  OnPool(const OnPool &) = delete;
  OnPool &operator=(const OnPool &) = delete;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    post_within(memory_, pool_.get_executor(), [this, waiting] {
      call();
      // In the same memory, which is free by now: were there none, nobody would ever go on here.
      post_within(memory_, loop_.get_executor(), [waiting] { waiting.resume(); });
    });
  }
  Result await_resume() { return outcome_.take(); }

private:
  void call() noexcept {
    try {
      outcome_.return_value(std::apply(function_, arguments_));
    } catch (...) {
      outcome_.unhandled_exception();
    }
  }

  asio::thread_pool &pool_;
  const asio::executor_work_guard<LoopExecutor> loop_;
  Result (*const function_)(Arguments &...);
  const std::tuple<Arguments &...> arguments_;
  OperationMemory memory_;
  TaskOutcome<Result> outcome_;
};

} // namespace flow::mock
