/**
 * Since 1.29 the official ONNX Runtime for Linux and macOS reports to its maker by default: it resolves
 * mobile.events.data.microsoft.com, keeps a device identifier and a cache in the home folder, and sends
 * hashes and metadata of each model (microsoft/onnxruntime #27379). Set before the library initializes, this
 * variable turns all of it off for the life of the process. Import this file before the library.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
