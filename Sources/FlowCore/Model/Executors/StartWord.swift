// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What an agent and the program between it and a script say to each other about a start.
package enum StartWord {
    /// Begins the word that names the user to become.
    package static let user = "user="
    /// Begins the word that names the directory to start in; without it that is the user's home.
    package static let directory = "directory="

    /// Begin the words that name the scope to make, where the service manager listens, the slice and the description.
    package static let unit = "unit="
    package static let manager = "manager="
    package static let slice = "slice="
    package static let description = "description="

    /// Begins what is said when the unit can't be made: nothing of the job has been started then.
    package static let unitTrouble = "the unit of systemd could not be made: "

    /// A variable of a job as it is handed to a program that is not the job's user yet.
    ///
    /// Under its own name it could have that program load code: `LD_PRELOAD`, `LD_LIBRARY_PATH`. The agent's own are what runner
    /// and cleaners look for, and stay.
    package static func hidden(_ entry: String) -> String { entry.hasPrefix("QF_") ? entry : self.mark + entry }

    /// The name of a variable as the job gets it; nil for one that is not for it.
    package static func shown(_ name: String) -> String? {
        name.hasPrefix(self.mark) ? String(name.dropFirst(self.mark.count)) : name.hasPrefix("QF_") ? name : nil
    }

    /// No variable of a job can have such a name.
    private static let mark = "QF_AS."
}
