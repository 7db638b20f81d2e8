// diagnose_table.cu - the ladders of a diagnostic step and of the count.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void activity_channel(ChannelActivity* activity, const T* y, const StepState*, const Activity&, void* workspace,
                      stream_t);
template <class T>
void activity_block(ChannelActivity* activity, const T* y, const StepState*, const Activity&, void* workspace,
                    stream_t);
CopyValues::Launch copy_element;
MeasureUpdate::Launch update_two_stage;
std::size_t update_two_stage_workspace(const Values&);
CountNotFinite::Launch not_finite_two_stage, not_finite_block;
std::size_t not_finite_two_stage_workspace(const Values&), not_finite_block_workspace(const Values&);

template <class T>
Room<CountActivityOf<T>> count_activity_room() {
  static const auto rows = rows_on<CountActivityOf<T>>(
      target, {{"channel", on_all, &activity_channel<T>}, {"block", on_blocks, &activity_block<T>}});
  return rows;
}
template Room<CountActivity> count_activity_room();
template Room<CountActivityOf<bf16>> count_activity_room();

Room<CopyValues> copy_values_room() {
  static const auto rows = rows_on<CopyValues>(target, {{"element", on_all, &copy_element}});
  return rows;
}

Room<MeasureUpdate> measure_update_room() {
  static const auto rows =
      rows_on<MeasureUpdate>(target, {{"two_stage", on_all, &update_two_stage, &always, &update_two_stage_workspace}});
  return rows;
}

Room<CountNotFinite> count_not_finite_room() {
  static const auto rows = rows_on<CountNotFinite>(
      target, {{"two_stage", on_all, &not_finite_two_stage, &always, &not_finite_two_stage_workspace},
               {"block", on_blocks, &not_finite_block, &always, &not_finite_block_workspace}});
  return rows;
}

}  // namespace gs::GS_TARGET
