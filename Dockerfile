# Two images: docker build --target api . and docker build --target worker .
# The worker is for linux/amd64: libtorch comes for no other platform.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# First what decides the packages: libtorch is downloaded again only when one of these files changes.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY build/ build/
COPY src/Domain/Domain.csproj src/Domain/
COPY src/Hosting/Hosting.csproj src/Hosting/
COPY src/Api/Api.csproj src/Api/
COPY src/Worker/Worker.csproj src/Worker/
RUN dotnet restore src/Api && dotnet restore src/Worker
COPY src/ src/
RUN dotnet publish src/Api --configuration Release --no-restore --output /publish/api
RUN dotnet publish src/Worker --configuration Release --no-restore --output /publish/worker

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS api
# A named volume that is mounted here for the first time takes the owner over.
RUN mkdir /data && chown $APP_UID /data
COPY --from=build /publish/api /app
WORKDIR /app
ENV PIE_DATA=/data
USER $APP_UID
# ASPNETCORE_HTTP_PORTS of the base image.
EXPOSE 8080
ENTRYPOINT ["dotnet", "PieService.Api.dll"]

FROM mcr.microsoft.com/dotnet/runtime:10.0 AS worker
# The allocator that trainers choose where it is there (docs/machines.md). Newer distributions have it under another name.
RUN apt-get update \
    && (apt-get install -y --no-install-recommends libtcmalloc-minimal4t64 || apt-get install -y --no-install-recommends libtcmalloc-minimal4) \
    && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /data/artifacts && chown -R $APP_UID /data
COPY --from=build /publish/worker /app
WORKDIR /app
ENV PIE_DATA=/data
USER $APP_UID
ENTRYPOINT ["dotnet", "PieService.Worker.dll"]
