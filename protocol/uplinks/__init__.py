# SPDX-License-Identifier: Apache-2.0
"""What gateways say upstream, down to the bytes: MQTT, InfluxDB's line protocol, LoRaWAN. Pure: no clock, no I/O."""
