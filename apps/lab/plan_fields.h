// plan_fields.h - the fields of a lab's checks, statements and blocks are checked when its file is read: a lab trains
// for hours before it uses them.
#pragma once
#include "engine/core/json_field.h"

namespace gs::apps {

/// A check of a finding, as findings.h describes it, in a task of `runs` runs. Throws gs::Error that names the field.
void check_check(const JsonField& check, std::size_t runs);

/// The same for a number or a text that a finding gives.
void check_statement(const JsonField& statement, std::size_t runs);

/// The same for a block of the report: its kind, and one run or more.
void check_show(const JsonField& show, std::size_t runs);

}  // namespace gs::apps
