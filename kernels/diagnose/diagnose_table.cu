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
CountBroken::Launch broken_two_stage, broken_block;
std::size_t broken_two_stage_workspace(const Values&), broken_block_workspace(const Values&);

template <class T>
Room<CountActivity<T>> count_activity_room() {
  static const auto rows = rows_on<CountActivity<T>>(
      target, {{"channel", on_all, &activity_channel<T>}, {"block", on_blocks, &activity_block<T>}});
  return rows;
}
template Room<CountActivity<float>> count_activity_room();
template Room<CountActivity<bf16>> count_activity_room();

Room<CopyValues> copy_values_room() {
  static const auto rows = rows_on<CopyValues>(target, {{"element", on_all, &copy_element}});
  return rows;
}

Room<MeasureUpdate> measure_update_room() {
  static const auto rows =
      rows_on<MeasureUpdate>(target, {{"two_stage", on_all, &update_two_stage, &always, &update_two_stage_workspace}});
  return rows;
}

Room<CountBroken> count_broken_room() {
  static const auto rows =
      rows_on<CountBroken>(target, {{"two_stage", on_all, &broken_two_stage, &always, &broken_two_stage_workspace},
                                    {"block", on_blocks, &broken_block, &always, &broken_block_workspace}});
  return rows;
}

}  // namespace gs::GS_TARGET
