// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

// One attempt of an SQL, plugin or built-in job; started by the agent's runner, never by a person. A process of its own:
// a library that crashes or hangs in it harms nobody else, and its end by signal is certain.

import FlowWork
import Foundation

exit(WorkProgram.run(arguments: CommandLine.arguments))
