#pragma once

namespace flow::mock {

/// Which pages count where Adobe's contradict each other; each conflict is a line of contracts/readings.json.
enum class Reading { tutorial, openapi };

} // namespace flow::mock
