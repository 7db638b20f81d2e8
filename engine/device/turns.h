// turns.h - programs of one process on one device: many train at once, and what is measured is measured alone.
#pragma once

namespace gs {

/// Held while a program trains or evaluates, by any number of threads. A new one waits as long as one measures, or
/// wants to; so a thread must not take a second one while it has one.
class TrainingTurn {
 public:
  TrainingTurn();
  ~TrainingTurn();
  TrainingTurn(const TrainingTurn&) = delete;
  TrainingTurn& operator=(const TrainingTurn&) = delete;
};

/// Held while times are measured: waits until nobody trains. Not by a thread that holds a TrainingTurn.
class MeasuringTurn {
 public:
  MeasuringTurn();
  ~MeasuringTurn();
  MeasuringTurn(const MeasuringTurn&) = delete;
  MeasuringTurn& operator=(const MeasuringTurn&) = delete;
};

}  // namespace gs
