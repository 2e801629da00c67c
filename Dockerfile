# Images: docker build --target api . (or worker, worker-cuda, backup). docs/deploying.md says which of them never ran.
# The workers are for linux/amd64: libtorch comes for no other platform.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS sources
WORKDIR /source
# First what decides the packages: libtorch is downloaded again only when one of these files changes.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY build/ build/
COPY src/Domain/Domain.csproj src/Domain/
COPY src/Hosting/Hosting.csproj src/Hosting/
COPY src/Api/Api.csproj src/Api/
COPY src/Worker/Worker.csproj src/Worker/

FROM sources AS build
RUN dotnet restore src/Api && dotnet restore src/Worker
COPY src/ src/
# The API serves the documents.
COPY docs/ docs/
COPY *.md ./
RUN dotnet publish src/Api --configuration Release --no-restore --output /publish/api
RUN dotnet publish src/Worker --configuration Release --no-restore --output /publish/worker

# libtorch for CUDA has its own CUDA and cuDNN libraries; the host has the driver and the NVIDIA container toolkit.
FROM sources AS build-cuda
RUN dotnet restore src/Worker -p:TorchBackend=cuda
COPY src/ src/
RUN dotnet publish src/Worker --configuration Release --no-restore -p:TorchBackend=cuda --output /publish/worker

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS api
# A named volume that is mounted here for the first time takes the owner over.
RUN mkdir -p /data/artifacts && chown -R $APP_UID /data
COPY --from=build /publish/api /app
WORKDIR /app
ENV PIE_DATA=/data
USER $APP_UID
# ASPNETCORE_HTTP_PORTS of the base image.
EXPOSE 8080
ENTRYPOINT ["dotnet", "PieService.Api.dll"]

# pg_dump must not be older than the server, so it comes from the PostgreSQL project and not from the distribution.
FROM api AS backup
USER root
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /backups && chown $APP_UID /backups
USER $APP_UID

FROM mcr.microsoft.com/dotnet/runtime:10.0 AS worker-base
# The allocator that trainers choose where it is there (docs/machines.md). Newer distributions have it under another name.
RUN apt-get update \
    && (apt-get install -y --no-install-recommends libtcmalloc-minimal4t64 || apt-get install -y --no-install-recommends libtcmalloc-minimal4) \
    && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /data/artifacts && chown -R $APP_UID /data
WORKDIR /app
ENV PIE_DATA=/data
USER $APP_UID
ENTRYPOINT ["dotnet", "PieService.Worker.dll"]

FROM worker-base AS worker-cuda
COPY --from=build-cuda /publish/worker /app
ENV PIE_DEVICE=cuda NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility

FROM worker-base AS worker
COPY --from=build /publish/worker /app
