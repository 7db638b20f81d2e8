// explanation_with_counts.cpp - compiles the step for ptx, counts it, explains it.
#include "apps/profile/explanation_with_counts.h"

#include "apps/profile/subject.h"
#include "engine/profile/instructions_profile.h"

namespace gs::apps {

std::string explanation_with_counts(TrainOptions o) {
  o.device = "ptx";
  Subject subject = subject_of_model(o);
  BoundImages images(subject);
  const CountedStep step = counted_step(*subject.program, [&] { return images.begin_epoch(); });
  return subject.program->explain(step.launches);
}

}  // namespace gs::apps
