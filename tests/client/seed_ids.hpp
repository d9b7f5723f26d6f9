#pragma once

/// The runs and flows of the mock's built-in seed, by what they are there for.
namespace flow::client {

inline constexpr const char *kFailed = "4fb0418e-1804-45d6-8d56-dd51f05c0baf";
inline constexpr const char *kSuccess = "9830305a-985f-47d0-b030-5a985fd7d004";
inline constexpr const char *kZeroRecords = "5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1b34";
inline constexpr const char *kInProgress = "c2a7e4d1-6f3b-4b8e-8a95-1e0d7c3f5a62";
inline constexpr const char *kStreaming = "e8d4b6a3-0c5f-4f71-b2e9-7a3c1d9f8045";
inline constexpr const char *kFailedOfDestination = "850a3a02-ba0d-452a-aeb3-e9fcc8361342";

inline constexpr const char *kNightly = "3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d";
inline constexpr const char *kOnDemand = "3abea21c-7e36-4be1-bec1-d3bad0e3e0de";

} // namespace flow::client
