// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

// The process beside an agent that starts and ends its jobs; started by the agent, never by a person. A program of its
// own, and one that links no more than it must: it stays in memory for as long as the agent, and every job passes it.

import FlowRunner
import Glibc

exit(RunnerProgram.run(arguments: CommandLine.arguments))
