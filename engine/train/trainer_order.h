// trainer_order.h - what rank 0 tells the ranks that follow it: the next thing that all of them do.
#pragma once
#include <cstdint>

namespace gs {

enum class Split : std::uint32_t { training, validation };

/// Travels as bytes: the ranks run the same program.
struct TrainerOrder {
  enum class Kind : std::uint32_t {
    share_state,       ///< everything that training goes on from is rank 0's
    snapshot,          ///< Program::snapshot()
    restore,           ///< Program::restore()
    begin_epoch,       ///< `epoch`, with `learning_rate`, at its step `step`
    train,             ///< step `step` of the epoch
    diagnose,          ///< the same as a diagnostic step
    report_diagnosis,  ///< send the channels' activity in the last diagnostic step
    begin_evaluation,  ///< of `split`
    evaluate,          ///< step `step` of it
    report_sums,       ///< send what the steps of the pass have summed
    report_logits,     ///< send the logits of `split`, which was evaluated last
    end                ///< return `status`
  };
  Kind kind{};
  std::int32_t epoch = 0;
  std::uint32_t step = 0;
  double learning_rate = 0;
  Split split{};
  std::int32_t shares_parameters = 0;  ///< begin_evaluation: first the parameters become rank 0's
  std::int32_t status = 0;
};

}  // namespace gs
