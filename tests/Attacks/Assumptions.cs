// The agent is a Linux program, and so are its tests.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
