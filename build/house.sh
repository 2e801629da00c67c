#!/bin/sh
# Prints the figures of the code as tables: sizes, arrows between files, arrows against the lines, circles.
# Projects of src that have not been built are left out of the second table; `./pie test` builds all of them.
set -eu
cd "$(dirname "$0")/.."
dotnet build tests/Domain.Tests --verbosity quiet --nologo
exec dotnet exec artifacts/bin/Domain.Tests/debug/PieService.Domain.Tests.dll \
  -noLogo -explicit only -class PieService.Domain.Tests.Dependencies.HouseFigures
