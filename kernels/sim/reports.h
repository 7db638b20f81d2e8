// reports.h - where the race checker leaves its reports.
#pragma once
#include "kernels/sim/simulator.h"

namespace gs::simulator {

void add_report(Report);

}  // namespace gs::simulator
