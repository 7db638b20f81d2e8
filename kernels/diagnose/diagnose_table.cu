// diagnose_table.cu - the ladders of a diagnostic step.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

CountActivity::Launch activity_channel, activity_block;
CopyValues::Launch copy_element;
MeasureUpdate::Launch update_two_stage;
std::size_t update_two_stage_workspace(const Values&);

namespace {
bool always(const Values&) {
  return true;
}
}  // namespace

template <>
Room<CountActivity> count_activity_room<float>() {
  static const auto rows =
      rows_on<CountActivity>(target, {{"channel", on_all, &activity_channel}, {"block", on_blocks, &activity_block}});
  return rows;
}

Room<CopyValues> copy_values_room() {
  static const auto rows = rows_on<CopyValues>(target, {{"element", on_all, &copy_element}});
  return rows;
}

Room<MeasureUpdate> measure_update_room() {
  static const auto rows =
      rows_on<MeasureUpdate>(target, {{"two_stage", on_all, &update_two_stage, &always, &update_two_stage_workspace}});
  return rows;
}

}  // namespace gs::GS_TARGET
