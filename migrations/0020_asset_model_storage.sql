-- A model is some 240 KB of numbers: packing them takes longer than all else of a fold, and spares little.
ALTER TABLE asset_model ALTER COLUMN model SET STORAGE EXTERNAL;
